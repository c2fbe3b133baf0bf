# Leads one name to one address, in this process only. Python imports this file by itself when
# its folder is on PYTHONPATH; the programs know nothing of it, and verify the name as ever.
import os
import socket

name, _, address = os.environ["LEAFONLY_MAP"].partition("=")
look_up = socket.getaddrinfo


def getaddrinfo(host, *arguments, **keywords):
    return look_up(address if host in (name, name.encode()) else host, *arguments, **keywords)


socket.getaddrinfo = getaddrinfo
