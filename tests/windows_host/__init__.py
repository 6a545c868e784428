"""A Windows host that tests can reach: WS-Management over real HTTPS and NTLM, before a model of the host.

What it proves: the transport, the order and the parameters of the roles' scripts, and that the roles repeat,
repair and remove. What it cannot prove is PowerShell's own behaviour; docs/windows.md lists what is assumed.
"""
