# What the lab's sensor adds to Zeek's defaults. Every log of Zeek's own is written, in JSON, one event a line.

# The hash by which endpoint events find their flow (Community ID specification 1.0).
@load policy/protocols/conn/community-id-logging

# A connection that lasts is seen when it begins, and not first when it ends.
@load ./open-connections

redef LogAscii::use_json = T;
# Seconds since 1970 with microseconds: what the KSQL reads.
redef LogAscii::json_timestamps = JSON::TS_EPOCH;

# A host with checksum offload hands over its own packets before the checksum is made. Zeek would drop them and
# see half of every connection (its history then begins with ^).
redef ignore_checksums = T;

# Rotated once an hour into the folder that the log limit looks after. What a crash left is rotated at the next start.
redef Log::default_rotation_interval = 1hr;
redef Log::default_rotation_dir = "/opt/zeek/logs/archive";
redef LogAscii::enable_leftover_log_rotation = T;
