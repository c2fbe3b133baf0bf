# WebKitGTK trusts the system's bundle and cannot be given another, so TRUST is not read: it is
# mounted over that bundle. This runs with the system's Python, which has GTK.
import ctypes
import os
import subprocess
import sys
import traceback

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")


def start_display():
    told, tell = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), "-nolisten", "tcp", "-screen", "0", "1024x768x24"],
        pass_fds=(tell,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(tell)
    number = os.read(told, 16).decode().strip()
    if not number:
        sys.exit("Xvfb does not start")
    os.environ["DISPLAY"] = f":{number}"
    return process


class Visit:
    def __init__(self, urls):
        self.urls, self.error, self.explained = iter(urls), None, False
        self.window = Gtk.OffscreenWindow()
        self.window.set_default_size(1024, 768)
        self.view = None

    # One view for each visit, in one process: where a view goes on from one server to the next,
    # WebKitGTK 2.50.6 now and then (7 times in 60) takes the refusal for a load cancelled.
    def new_view(self):
        if self.view:
            self.view.destroy()
        self.view = WebKit2.WebView()
        self.window.add(self.view)
        self.window.show_all()
        self.view.connect("load-failed-with-tls-errors", self.note_tls)
        self.view.connect("load-failed", self.note_failure)
        self.view.connect("load-changed", self.go_on)

    def next(self):
        url = next(self.urls, None)
        if url is None:
            Gtk.main_quit()
        else:
            self.new_view()
            self.view.load_uri(url)

    # These two answer False: WebKit then does what it does by itself, and shows its error page.
    def note_tls(self, view, url, certificate, flags):
        self.error = " ".join(flags.value_names)
        return False

    def note_failure(self, view, event, url, error):
        self.error = f"{self.error or ''}\n{error.message}".strip()
        return False

    def go_on(self, view, event):
        if self.error is None:
            if event == WebKit2.LoadEvent.FINISHED:
                view.get_main_resource().get_data(None, self.take_body)
        # The load that failed is finished too; what is committed after that is the error page.
        elif event == WebKit2.LoadEvent.COMMITTED:
            self.explained = True
        elif event == WebKit2.LoadEvent.FINISHED and self.explained:
            self.take_picture()

    def take_body(self, resource, result):
        print(resource.get_data_finish(result).decode())
        self.next()

    def end(self, *exception):
        self.error = "".join(traceback.format_exception(*exception))
        Gtk.main_quit()

    def take_picture(self):
        options = WebKit2.SnapshotRegion.VISIBLE, WebKit2.SnapshotOptions.NONE
        self.view.get_snapshot(*options, None, self.save_picture)

    def save_picture(self, view, result):
        view.get_snapshot_finish(result).write_to_png("refusal.png")
        Gtk.main_quit()


def gnutls_version():
    check = ctypes.CDLL("libgnutls.so.30").gnutls_check_version
    check.restype = ctypes.c_char_p
    return check(None).decode()


if sys.argv[1:] != ["--version"]:
    display = start_display()

from gi.repository import Gio, Gtk, WebKit2  # noqa: E402 - GTK looks for its display here

if sys.argv[1:] == ["--version"]:
    numbers = WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version()
    print("WebKitGTK", ".".join(map(str, numbers)))
    backend = type(Gio.TlsBackend.get_default()).__name__
    if "Dummy" in backend:
        sys.exit("no TLS backend: install glib-networking")
    print("GnuTLS", gnutls_version()) if "Gnutls" in backend else print(backend)
else:
    visit = Visit(sys.argv[2:])
    # GTK would go on after an exception in a handler, and wait for ever.
    sys.excepthook = visit.end
    visit.next()
    Gtk.main()
    display.terminate()
    sys.exit(visit.error)
