#!/usr/bin/env bash
# The Littlest JupyterHub with MetaKit, on a fresh Ubuntu or Debian server with systemd:
#   sudo bash tljh.sh https://github.com/you/metakit TEACHER [MEMORY a student, 3G] [PROCESSORS a student, 2]
# It may run again: it renews MetaKit and the settings, and leaves what students have.
set -euo pipefail

address=${1:?"usage: tljh.sh ADDRESS TEACHER [MEMORY] [PROCESSORS]"}
teacher=${2:?"usage: tljh.sh ADDRESS TEACHER [MEMORY] [PROCESSORS]"}
memory=${3:-3G}
processors=${4:-2}
checkout=/srv/metakit
tljh=/opt/tljh
config=$tljh/config/jupyterhub_config.d

# The hub, with its own Python, its proxy, and systemd units that start with the server
apt-get update -qq
apt-get install -y -qq --no-install-recommends python3 python3-venv git curl >/dev/null
curl -fsSL https://tljh.jupyter.org/bootstrap.py | python3 - --admin "$teacher"

# MetaKit for all students, in their common Python; nobody but root may change it
[ -d $checkout/.git ] || git clone --quiet --depth 1 "$address" $checkout
git -C $checkout pull --quiet --ff-only
if ! nvidia-smi >/dev/null 2>&1; then
    $tljh/user/bin/pip install --quiet --no-deps --index-url https://download.pytorch.org/whl/cpu \
        "$(grep '^torch==' $checkout/constraints.txt)"
fi
$tljh/user/bin/pip install --quiet --editable $checkout --constraint $checkout/constraints.txt nbgitpuller

# The glyphs are drawn once, for all; the student edition is built from the lessons
$tljh/user/bin/metakit data glyphs
(cd $checkout && $tljh/user/bin/python -m metakit.publish.student)

# What students get, and what systemd holds each of them to: all their processes together
ln -sf $checkout/deploy/students_config.py $config/metakit.py
echo "c.Spawner.mem_limit = '$memory'" >$config/metakit_memory.py
tljh-config set limits.memory "$memory"
tljh-config set limits.cpu "$processors"
tljh-config set services.cull.timeout 3600
tljh-config reload
