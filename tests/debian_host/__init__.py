"""A Debian 12 server that tests can reach: systemd and sshd in a container, and a package repository for it."""
