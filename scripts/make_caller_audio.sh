#!/bin/sh
# Makes a synthetic caller's audio: µ-law WAV files at 8 kHz, as a telephone line would carry them.
#
#   scripts/make_caller_audio.sh LINES FOLDER
#
# LINES has a line for each file: NAME VOICE WORDS…, where VOICE is one of flite's (slt, rms, awb, kal); slt@16000
# keeps the wider band of a browser's line.
# Needs the `flite` program, and Python with this project installed (PYTHON names another interpreter).
set -eu
lines=$1
folder=$2
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder"
while read -r name voice words; do
    case $name in '' | '#'*) continue ;; esac
    rate=8000
    case $voice in *@*) rate=${voice#*@} voice=${voice%@*} ;; esac
    flite -voice "$voice" -t "$words" -o "$work/$name.wav"
    "${PYTHON:-python}" "$here/telephone_wav.py" "$work/$name.wav" "$folder/$name.wav" "$rate"
done <"$lines"
