"""How long MPXJ takes for the dates of a plan: python -P _mpxj_clock.py RUNS FILE; prints milliseconds as JSON.

The machine is warm: as many runs as are measured go before.
"""

import json
import sys
import time

import jpype
import mpxj  # noqa: F401  puts its jars on the class path

jpype.startJVM("-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory")

from org.mpxj.cpm import MicrosoftScheduler  # noqa: E402
from org.mpxj.reader import UniversalProjectReader  # noqa: E402

runs, path = int(sys.argv[1]), sys.argv[2]
project = UniversalProjectReader().read(path)
start = project.getProjectProperties().getStartDate()
times = []
for _ in range(2 * runs):
    began = time.perf_counter()
    MicrosoftScheduler().schedule(project, start)
    times.append((time.perf_counter() - began) * 1000)
json.dump(times[runs:], sys.stdout)
