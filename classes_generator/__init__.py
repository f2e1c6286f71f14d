"""Makes the tables of the native engine's classes from the wheels of the engines' bindings: the library ships what comes out."""
