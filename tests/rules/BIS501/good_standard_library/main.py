import json

import settings

print(json.dumps(settings.ALL))
