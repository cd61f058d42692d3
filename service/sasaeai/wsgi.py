"""The web application as the server's worker processes load it, from the environment the supervisor gives them."""

import multiprocessing

from sasaeai.settings import Settings
from sasaeai.store.confinement import die_with_parent
from sasaeai.store.remote.client import store
from sasaeai.web import create_app, preparation

if _server := multiprocessing.parent_process():
    # The server's workers would outlive a killed server, and go on to answer beside those of the next.
    die_with_parent(_server.pid or 0)

_settings = Settings.from_environment()
if _settings.run_dir is None:
    raise RuntimeError("SASAEAI_RUN_DIR is not set: start the service with `sasaeai serve`")

application = create_app(_settings, store(_settings.run_dir, _settings))
preparation.begin(application, _settings.run_dir)
