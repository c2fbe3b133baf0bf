import sys

import PySide6
from PySide6.QtCore import QCoreApplication, QEventLoop, QUrl
from PySide6.QtNetwork import (
    QNetworkAccessManager,
    QNetworkReply,
    QNetworkRequest,
    QSslCertificate,
    QSslConfiguration,
    QSslSocket,
)

application = QCoreApplication(sys.argv)


def visit(manager, configuration, url):
    request = QNetworkRequest(QUrl(url))
    request.setSslConfiguration(configuration)
    reply = manager.get(request)
    reply.sslErrors.connect(lambda errors: [print(e.error(), e.errorString()) for e in errors])
    loop = QEventLoop()
    reply.finished.connect(loop.quit)
    loop.exec()
    if reply.error() != QNetworkReply.NetworkError.NoError:
        sys.exit(f"{reply.error()}: {reply.errorString()}")
    print(reply.readAll().data().decode())


if sys.argv[1:] == ["--version"]:
    print(f"PySide6 {PySide6.__version__}")
    print(QSslSocket.sslLibraryVersionString())
else:
    trust, *urls = sys.argv[1:]
    configuration = QSslConfiguration.defaultConfiguration()
    if trust != "native":
        configuration.setCaCertificates(QSslCertificate.fromPath(trust))
    manager = QNetworkAccessManager()
    for url in urls:
        visit(manager, configuration, url)
