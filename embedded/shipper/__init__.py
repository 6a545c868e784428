"""Ships recordings into Kafka in the shapes that Filebeat, Winlogbeat and Logstash would have sent."""
