"""The lab's private certificate authority and the certificates that it signs."""
