"""A mail server that takes mails over TLS, from whoever knows the password; each becomes a line of JSON in a file.

Arguments: where the packages lie, port, certificate, key, password, file.
"""

import json
import signal
import ssl
import sys

packages, port, certificate, key, password, file = sys.argv[1:]
sys.path.insert(0, packages)

from aiosmtpd.controller import Controller  # noqa: E402
from aiosmtpd.smtp import AuthResult  # noqa: E402


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        mail = {
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "text": envelope.content.decode(),
            "tls": session.ssl is not None,
            "known": session.authenticated,
        }
        with open(file, "a") as kept:
            kept.write(json.dumps(mail) + "\n")
        return "250 kept"


def known(server, session, envelope, mechanism, data):
    is_right = (data.login, data.password) == (b"releases", password.encode())
    return AuthResult(success=is_right, handled=is_right)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
controller = Controller(
    Keeper(),
    hostname="127.0.0.1",
    port=int(port),
    tls_context=context,
    require_starttls=True,
    authenticator=known,
    auth_required=True,
    auth_require_tls=True,
)
controller.start()
signal.sigwait([signal.SIGTERM, signal.SIGINT])
