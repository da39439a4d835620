#!/usr/bin/env bash
# Rebuilds the patched crypt32, ncrypt and rsaenh from the Debian source and installs them in DIR.
# Run as root on Debian trixie (amd64) with the wine and wine64 packages installed.
#   build_wine.sh [work folder [install folder]]        about 2 minutes with two cores
set -e
here=$(cd "$(dirname "$0")" && pwd); work=${1:-$here/work}; dest=${2:-DIR}; ver=10.0~repack-6
export DEBIAN_FRONTEND=noninteractive
# Debian's sources must be enabled for apt (deb-src) before.
apt-get update -qq
apt-get install -y -qq --no-install-recommends dpkg-dev build-essential flex bison autoconf autotools-dev perl pkg-config \
  gcc-mingw-w64-x86-64-posix libgnutls28-dev libz-mingw-w64-dev > /dev/null
mkdir -p "$work"; cd "$work"; rm -rf wine-10.0~repack build
apt-get source -qq "wine=$ver"
cd wine-10.0~repack
patch -p1 < "$here/wine-10.0-certificate-keys.patch"

# Debian's source lacks the generated files.  Those which matter are generated ...
autoconf; autoheader; ./tools/make_requests; ./tools/make_specfiles
ln -sf /usr/share/misc/config.sub /usr/share/misc/config.guess tools/
grep 'ln -sf .*svg' debian/rules | sh; rm -rf libs/zlib
# ... the tables come from the package, the rest only has to be there for makedep
cp -n /usr/share/wine/nls/*.nls nls/
for f in dlls/dwrite/{bracket,direction,linebreak,mirror,scripts}.c dlls/dwrite/shapers/arabic_table.c \
  dlls/gdi32/{direction,linebreak,mirror}.c dlls/gdi32/uniscribe/{bracket,direction,indicsyllable,linebreak,mirror,shaping}.c \
  dlls/opengl32/{thunks,unix_thunks}.c dlls/tzres/tzres.rc dlls/win32u/vertical.c dlls/wineps.drv/{direction,vertical}.c \
  dlls/winevulkan/{loader_thunks,vulkan_thunks}.c include/wine/{vulkan,wgl,wgl_driver}.h
do [ -e "$f" ] || : > "$f"; done

mkdir ../build; cd ../build
without=; for w in x freetype alsa capi cups dbus ffmpeg fontconfig gphoto gssapi gstreamer inotify krb5 netapi opencl opengl \
  osmesa oss pcap pcsclite pulse sane sdl udev unwind usb v4l2 vulkan wayland; do without="$without --without-$w"; done
../wine-10.0~repack/configure -q --enable-win64 --with-mingw --disable-tests --with-gnutls $without ZLIB_PE_LIBS=z

# crypt32.so is linked with the ntdll.so of the package
mkdir -p dlls/ntdll; cp /usr/lib/x86_64-linux-gnu/wine/x86_64-unix/ntdll.so dlls/ntdll/
make -s -j"$(nproc)" -o dlls/ntdll/ntdll.so dlls/crypt32/x86_64-windows/crypt32.dll dlls/crypt32/crypt32.so \
  dlls/ncrypt/x86_64-windows/ncrypt.dll dlls/rsaenh/x86_64-windows/rsaenh.dll

mkdir -p "$dest/x86_64-windows" "$dest/x86_64-unix"
for d in crypt32 ncrypt rsaenh; do
  x86_64-w64-mingw32-strip --strip-all -o "$dest/x86_64-windows/$d.dll.new" dlls/$d/x86_64-windows/$d.dll
  tools/winebuild/winebuild --builtin "$dest/x86_64-windows/$d.dll.new"   # the mark of a builtin, in case strip dropped it
  chmod 644 "$dest/x86_64-windows/$d.dll.new"; mv "$dest/x86_64-windows/$d.dll.new" "$dest/x86_64-windows/$d.dll"
done
strip --strip-unneeded -o "$dest/x86_64-unix/crypt32.so.new" dlls/crypt32/crypt32.so
mv "$dest/x86_64-unix/crypt32.so.new" "$dest/x86_64-unix/crypt32.so"

ls -l "$dest"/x86_64-*
