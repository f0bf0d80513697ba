#!/usr/bin/env bash
# Everything that only a GPU can say, in at most nine minutes on one H100:
#   bash bench/gpu.sh               notebooks, step, data, evaluation, overheads, profile, resume, 'best' on real faces
#   bash bench/gpu.sh --rehearse    the same on the CPU and small, to see that every part runs
# At most eight small files go to OUT (results/gpu). A part that fails is named, and the others run.
# Real faces: utkface/ in VAEGAN_FACES, or in shared/data beside the repository. Wheels in .whl/ are installed first,
# for a machine without a network that has PyTorch only.
set -u
cd "$(dirname "$0")/.."
export OUT=${OUT:-results/gpu} PYTHONUNBUFFERED=1 PYTHONWARNINGS=ignore MPLBACKEND=Agg KINETO_LOG_LEVEL=5
began=$(date +%s) failed="" device=cuda small="" notebooks="" workers=12 limit=85 training=240 patience=1
if [ "${1:-}" = --rehearse ]; then
    device=cpu small=--rehearse workers=1 limit=300 training=10 patience=10
    notebooks="nbs/03a_priors.ipynb nbs/04a_callbacks.ipynb"
fi
mkdir -p "$OUT"
rm -f "$OUT"/gpu.json "$OUT"/log.txt
exec > >(tee "$OUT/log.txt") 2>&1
if ls .whl/*.whl > /dev/null 2>&1; then
    site=$(mktemp -d)
    python3 -m pip install -q --no-index --no-deps --target "$site" .whl/*.whl
    python3 -m pip install -q --no-index --no-deps --no-build-isolation --target "$site" .
    export PATH="$site/bin:$PATH"
fi
export PYTHONPATH="$PWD:${site:-}:${PYTHONPATH:-}"
part() { # name, seconds at most, command
    local name=$1 most=$2 start; shift 2
    start=$(date +%s)
    echo "== $name, $((start - began)) s"
    timeout -k 5 $((most*patience)) "$@" || { failed="$failed $name"; echo "FAILED: $name"; }
}
on() {
    local name=$1 most=$2; shift 2
    part "$name" "$most" python3 bench/gpu.py "$name" "$OUT" --device $device $small "$@"
}
part notebooks 95 python3 bench/notebooks.py --device $device --workers $workers --limit $limit \
    --out "$OUT/notebooks.txt" $notebooks
on step 110
on data 20
on evaluation 40
on overheads 40
on profile 30
on resumed 60
left=$((520 - $(date +%s) + began))
[ $device = cpu ] && left=$((training + 40))
[ $left -lt $((training + 40)) ] && training=$((left - 40))
if [ $training -gt 5 ]; then on faces $((training + 60)) --seconds $training; else failed="$failed faces"; fi
left=$((535 - $(date +%s) + began))
[ $device = cpu ] && left=120
if [ $left -gt 15 ]; then on shared $left; else failed="$failed shared"; fi
echo "== $(( $(date +%s) - began )) s; failed:${failed:- none}"
sleep 1
[ -z "$failed" ]
