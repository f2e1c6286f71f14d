from twinstack import main

if __name__ == "__main__":
    main("reports:product")
