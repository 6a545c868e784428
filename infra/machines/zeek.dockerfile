# The machine that the container backend makes for the Zeek role: Debian with systemd and sshd, and nothing of
# the role itself, which comes by SSH as on any other machine.
ARG BASE=debian:12
FROM ${BASE}
RUN apt-get -q update \
 && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
      ca-certificates dbus openssh-server procps systemd systemd-sysv \
 && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_* \
 && systemctl mask getty.target systemd-resolved.service \
 && systemctl enable ssh.service
ENV container=docker
STOPSIGNAL SIGRTMIN+3
CMD ["/sbin/init"]
