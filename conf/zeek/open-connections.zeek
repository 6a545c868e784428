##! Logs connections while they live, into conn_open.log, with the columns of conn.log: when they are established,
##! and again at intervals. Zeek itself writes a connection when it ends, so that a beacon which stays connected
##! would be seen hours late. The record of its end, in conn.log, has the same uid.

@load base/protocols/conn
@load policy/protocols/conn/community-id-logging

# Within this module, as what fills in conn.log is not exported from it. (Zeek's community-id-logging does the same.)
module Conn;

export {
	## What conn.log would say of a connection if it ended now.
	global so_far: function(c: connection): Info;
}

function so_far(c: connection): Info
	{
	set_conn(c, T);
	return c$conn;
	}

module OpenConnections;

export {
	redef enum Log::ID += { LOG };

	## Decides what is logged, as for any stream.
	global log_policy: Log::PolicyHook;

	## How long a UDP flow has to live to be logged as open. It has no handshake that says that it is established,
	## and nearly all end within less: a question to a name server and its answer.
	option established_after: interval = 5 secs;

	## How often a connection is logged for as long as it lives.
	option again_after: interval = 5 mins;
}

event zeek_init() &priority=5
	{
	Log::create_stream(LOG, Log::Stream($columns=Conn::Info, $path="conn_open", $policy=log_policy));
	}

# Called back by ConnPolling for as long as the connection exists; returns when to be called again.
function log_open(c: connection, cnt: count): interval
	{
	Log::write(LOG, Conn::so_far(c));
	return again_after;
	}

event connection_established(c: connection)
	{
	ConnPolling::watch(c, log_open, 0, 0 secs);
	}

event new_connection(c: connection)
	{
	if ( get_port_transport_proto(c$id$resp_p) == udp )
		ConnPolling::watch(c, log_open, 0, established_after);
	}
