"""What is looked at before anything is built: each check one line, with its remedy where it fails."""
