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

	## For how long there have to be packets of a UDP flow for it to be logged as open. It has no handshake that says
	## that it is established, and nearly all are over within less: a question to a name server and its answer.
	option established_after: interval = 5 secs;

	## How often a connection is logged for as long as it lives.
	option again_after: interval = 5 mins;
}

event zeek_init() &priority=5
	{
	Log::create_stream(LOG, Log::Stream($columns=Conn::Info, $path="conn_open", $policy=log_policy));
	}

# The same ends may have begun another connection since: it is the uid that says which one this is about.
event OpenConnections::look(id: conn_id, uid: string)
	{
	if ( ! connection_exists(id) )
		return;

	local c = lookup_connection(id);
	if ( c$uid != uid )
		return;

	# Zeek keeps a UDP flow for a minute after its last packet. That it is there does not say that it lives.
	if ( get_port_transport_proto(id$resp_p) == udp && c$duration < established_after )
		{
		schedule established_after { OpenConnections::look(id, uid) };
		return;
		}

	Log::write(LOG, Conn::so_far(c));
	schedule again_after { OpenConnections::look(id, uid) };
	}

event connection_established(c: connection)
	{
	schedule 0 secs { OpenConnections::look(c$id, c$uid) };
	}

# A connection that is older than the capture: there was no handshake to be seen, and both ends have spoken.
event partial_connection(c: connection)
	{
	schedule 0 secs { OpenConnections::look(c$id, c$uid) };
	}

event new_connection(c: connection)
	{
	if ( get_port_transport_proto(c$id$resp_p) == udp )
		schedule established_after { OpenConnections::look(c$id, c$uid) };
	}
