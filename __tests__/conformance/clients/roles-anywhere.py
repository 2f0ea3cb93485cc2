"""Gets a session from IAM Roles Anywhere, as its package for Python does, and prints it as a credential_process does."""

import json
import os
import sys

from iam_rolesanywhere_session import IAMRolesAnywhereSession

asked = json.load(sys.stdin)
session = IAMRolesAnywhereSession(
    proxies={"https": os.environ["PROXY"]}, verify=os.environ["CA_FILE"], **asked
)
credentials = session.get_session().get_credentials().get_frozen_credentials()
print(
    json.dumps(
        {
            "AccessKeyId": credentials.access_key,
            "SecretAccessKey": credentials.secret_key,
            "SessionToken": credentials.token,
        }
    )
)
