# LEAFONLY_MAP makes one name resolve to one address in this process. Python imports this file
# because its folder is on PYTHONPATH. The programs still verify the name.
import os
import socket

name, _, address = os.environ["LEAFONLY_MAP"].partition("=")
look_up = socket.getaddrinfo


def getaddrinfo(host, *arguments, **keywords):
    return look_up(address if host in (name, name.encode()) else host, *arguments, **keywords)


socket.getaddrinfo = getaddrinfo
