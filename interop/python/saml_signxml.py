"""signxml over signed documents: which of them it accepts."""

import json
import pathlib
import sys

from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.exceptions import InvalidInput, InvalidSignature

argument = json.loads(sys.argv[1])
certificate = pathlib.Path(argument["certificate"]).read_text()
results = []
for path in argument["documents"]:
    root = etree.fromstring(pathlib.Path(path).read_bytes())
    try:
        signed = XMLVerifier().verify(
            root,
            x509_cert=certificate,
            id_attribute="ID",
            expect_config=SignatureConfiguration(require_x509=True, location=".//"),
        )
        results.append(signed.signed_xml is not None)
    except (InvalidInput, InvalidSignature) as error:
        print(path, error, file=sys.stderr)
        results.append(False)
print(json.dumps(results))
