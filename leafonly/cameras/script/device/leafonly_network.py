"""The camera's side for its own network. Runs after leafonly_device.py, in its namespace."""
# ruff: noqa: F821  # what that script has defined

SILENCE = 60  # seconds; the host's own limits are tighter
JOINING = 100  # fifths of a second for a Wi-Fi to be joined


def interfaces(network):
    """Give what may bring this board into a network, the Wi-Fi first."""
    found = []
    if hasattr(network, "WLAN"):
        found.append(network.WLAN(network.STA_IF))
    if hasattr(network, "LAN"):
        try:
            found.append(network.LAN())
        except (OSError, TypeError, ValueError):  # no such hardware on this board
            pass
    return found


def address():
    """Give the address that this board has in its network; nothing if it is in none."""
    if hasattr(os, "getenv"):  # the unix program has no network module, and needs none
        try:
            import network
        except ImportError:
            return "127.0.0.1"
    import network

    for interface in interfaces(network):
        if interface.isconnected():
            return interface.ifconfig()[0]
    return ""


def status_name(network, status):
    for name in dir(network):
        if name[:5] == "STAT_" and getattr(network, name) == status:
            return name[5:]
    # Ports without these names have the numbers of the cyw43 driver.
    return {-3: "WRONG_PASSWORD", -2: "NO_AP_FOUND", -1: "CONNECT_FAIL"}.get(status, str(status))


def join(name, password):
    """Join a Wi-Fi; say nothing if that went well, or else what its driver says."""
    import time

    import network

    if not hasattr(network, "WLAN"):
        return "NO_WLAN"
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    try:
        # An ESP32 tries for ever, and until it has given up it does not say what is wrong.
        wlan.config(reconnects=3)
    except (OSError, TypeError, ValueError):
        pass
    try:
        wlan.connect(*([name, password] if password else [name]))
        refusals = 0
        for _ in range(JOINING):
            if wlan.isconnected():
                return ""
            status = status_name(network, wlan.status())
            # It may come and go while the driver tries again.
            refusals = refusals + 1 if status in ("WRONG_PASSWORD", "NO_AP_FOUND") else 0
            if refusals > 15:
                break
            time.sleep(0.2)
    except (OSError, TypeError, ValueError) as error:
        status = repr(error)
    return status


def ask_for(connection, level, option):
    """Set a socket's option where there is one: a Wi-Fi module's own stack may have none."""
    try:
        connection.setsockopt(level, option, 1)
    except (OSError, TypeError, ValueError):
        pass


def listen(host, port):
    """Listen on this port or, where the one before still lingers, on one of the next."""
    import socket

    for number in range(port, port + 100):
        listener = socket.socket()
        try:
            ask_for(listener, socket.SOL_SOCKET, socket.SO_REUSEADDR)
            listener.bind(socket.getaddrinfo(host, number)[0][-1])
            listener.listen(5)
        except OSError as error:
            listener.close()
            problem = error
        else:
            return listener, number
    raise problem


def wait_while_held(listener):
    """End the unix program when no process holds the other end of its stdin any more.

    A host that was killed could not end it, and it has a private key in memory.
    """
    try:
        import network  # noqa: F401
    except ImportError:
        import select
    else:
        return  # a board: its line is not closed by its host's end
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    waiting.register(sys.stdin, 0)  # what hangs up is told unasked
    if waiting.poll()[0][0] is not listener:
        raise SystemExit


def serve_network(port):
    """Serve on the board's own network until interrupted."""
    begin()
    context = load()
    if context is None:
        return
    host = address()
    try:
        listener, port = listen(host if host == "127.0.0.1" else "0.0.0.0", port)
    except OSError as error:
        put(b"X", repr(error).encode())
        flush()
        return
    put(b"P", host.encode() + b" %d" % port)
    flush()
    try:
        while True:
            wait_while_held(listener)
            client, _ = listener.accept()
            try:
                client.settimeout(SILENCE)
                ask_for(client, 6, 1)  # TCP_NODELAY; its name is not in every build
                report = talk(context, client)
            finally:
                client.close()
            put(b"R", report)
            flush()
    finally:
        listener.close()
