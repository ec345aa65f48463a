"""Which addresses are the public internet, and which only look like it."""

from ipaddress import ip_network

import pytest

from talkwave.web.routable import is_public


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1",
        "169.253.1.1", "223.255.255.254", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2620:fe::fe",
        # a site of the old internet, as a network without IPv4 sees it
        "64:ff9b::808:808",
    ],
)  # fmt: skip
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        # this machine, this network
        "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "::", "::1",
        # private networks, and those between a provider and its customers
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
        "100.64.0.1", "100.100.100.200", "100.127.255.255", "fc00::1", "fd00:ec2::254", "fdff::1",
        # link-local, where clouds keep the credentials of their machines
        "169.254.0.1", "169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1",
        "168.63.129.16", "192.0.0.192",
        # multicast, broadcast, reserved
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1",
        # documentation, benchmarks, protocols' own
        "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
        "192.31.196.1", "192.52.193.1", "192.175.48.1", "2001:db8::1", "3fff::1", "2620:4f:8000::1", "100::1",
        # IPv4 inside IPv6, in every way it is carried: mapped, compatible, 6to4, Teredo, NAT64, ISATAP
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1",
        "::127.0.0.1", "::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1", "2002:808:808::1",
        "2001:0:53aa:64c:0:0:80ff:fffe", "2001::1", "2001:10::1", "2001:20::1",
        "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::c0a8:101",
        "64:ff9b:1::808:808", "64:ff9b:1::7f00:1", "64:ff9b:0:0:1::1",
        "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1",
        # what no registry has given out
        "4000::1", "5f00::1", "8000::1", "200::1", "1::1",
        # what is no address at all
        "", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "8.8.8.8:80", "[::1]", "8.8.8.8/32",
    ],
)  # fmt: skip
def test_anything_else_is_not(address: str) -> None:
    assert not is_public(address)


def test_an_operator_can_name_networks_of_their_own() -> None:
    own = [ip_network("93.184.0.0/16"), ip_network("2606:4700::/32")]
    assert not is_public("93.184.215.14", own)
    assert not is_public("64:ff9b::5db8:d70e", own), "also where IPv4 is reached through NAT64"
    assert not is_public("2606:4700::1", own)
    assert is_public("8.8.8.8", own)
