"""What `pulumi up` builds: logging server, machines, pipeline and the roles installed on them."""
