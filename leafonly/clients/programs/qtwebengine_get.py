# QtWebEngine finds the NSS database by HOME, as Chromium does, so TRUST is not read.
import os
import sys

from PySide6.QtCore import QEventLoop, QUrl
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEngineProfile,
    qWebEngineChromiumVersion,
    qWebEngineVersion,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication


def result_of(signal, start, *arguments):
    loop, results = QEventLoop(), []

    def take(result):
        results.append(result)
        loop.quit()

    signal.connect(take)
    start(*arguments)
    if not results:
        loop.exec()
    signal.disconnect(take)
    return results[0]


def text_of(page):
    loop, texts = QEventLoop(), []

    def take(text):
        texts.append(text)
        loop.quit()

    page.toPlainText(take)
    if not texts:
        loop.exec()
    return texts[0]


class Page(QWebEnginePage):
    def __init__(self, profile):
        super().__init__(profile)
        self.errors = []
        # The handler does not answer, so Qt rejects, as it does without a handler.
        self.certificateError.connect(self.note_certificate)
        self.loadingChanged.connect(self.note_loading)

    def note_certificate(self, error):
        self.errors.append(f"{error.type().name}: {error.description()}")

    def note_loading(self, info):
        if info.errorString():
            self.errors.append(f"{info.errorDomain().name} {info.errorString()}")


# Qt does not tell when it has painted a page; two frames later, it has.
PAINTED = """requestAnimationFrame(() => requestAnimationFrame(() =>
    document.title = 'painted'))"""


def visit(view, page, urls):
    for url in urls:
        if not result_of(page.loadFinished, page.load, QUrl(url)):
            result_of(page.titleChanged, page.runJavaScript, PAINTED)
            view.grab().save("refusal.png")
            return "\n".join(page.errors)
        print(text_of(page))
    return None


if sys.argv[1:] == ["--version"]:
    print(f"QtWebEngine {qWebEngineVersion()} (Chromium {qWebEngineChromiumVersion()})")
    print("BoringSSL")
else:
    if os.geteuid() == 0:
        # The sandbox does not work as root. It isolates web pages, and verifies no certificate.
        os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    application = QApplication(sys.argv[:1])
    # Named, so that it outlives the process: cache and storage are kept in HOME.
    profile = QWebEngineProfile("leafonly")
    view = QWebEngineView()
    page = Page(profile)
    view.setPage(page)
    view.resize(1024, 768)
    view.show()
    error = visit(view, page, sys.argv[2:])
    # Pages must be gone before their profile.
    del view, page
    sys.exit(error)
