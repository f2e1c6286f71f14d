"""What was found, in the forms that other tools read: SARIF, JUnit, and Markdown that holds text of anybody."""

__all__: list[str] = []
