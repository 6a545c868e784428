"""What is installed on the lab's machines, as ordered steps that are read like a manual."""
