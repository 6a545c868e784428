"""The Windows client: sensors that know the process, and the shippers that carry what they see.

Each script does one thing and takes `-Action Check`, `Apply` or `Remove`. `Check` changes nothing and exits
with 1 when there is something to do, saying what. Windows PowerShell 5.1 is all they need.
"""
