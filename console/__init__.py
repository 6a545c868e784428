"""The console: a web page that shows, live, which process made which connection. Fed from Kafka alone."""
