package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// checkListen refuses an address that no browser could be told, by the name of where it is set.
func checkListen(address string) error {
	name := "--listen"
	if address == os.Getenv("AFTERGLOW_LISTEN") {
		name = "AFTERGLOW_LISTEN"
	}
	_, port, err := net.SplitHostPort(address)
	if number, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || number == 0 {
		return usageError{fmt.Errorf("%s: %q is not a host and a port, for instance 127.0.0.1:8080 or 0.0.0.0:8080", name, address)}
	}
	return nil
}

// isAnywhere tells whether listening on the host means every network of this machine.
func isAnywhere(host string) bool {
	return host == "" || net.ParseIP(host).IsUnspecified()
}

// isShared tells whether other machines reach what listens on the address.
func isShared(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && host != "localhost" && !net.ParseIP(host).IsLoopback()
}

// networkHost is this machine for others on its network: its first IPv4 address that is not loopback,
// or nothing.
func networkHost() string {
	interfaces, err := net.Interfaces()
	if err != nil {
		return ""
	}
	for _, i := range interfaces {
		addresses, err := i.Addrs()
		if err != nil || i.Flags&net.FlagUp == 0 {
			continue
		}
		for _, address := range addresses {
			if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil && network.IP.IsGlobalUnicast() {
				return network.IP.String()
			}
		}
	}
	return ""
}

// networkURL is the address of the pages for other machines, when they listen on every network and
// have no public name; else it is empty.
func networkURL(config run.Config, network string) string {
	host, port, err := net.SplitHostPort(config.Listen)
	if err != nil || !isAnywhere(host) || config.PublicURL != "" || network == "" {
		return ""
	}
	return "http://" + net.JoinHostPort(network, port)
}

// s3Listen opens the object store to the same machines as the pages: browsers put uploads there.
func s3Listen(config run.Config) string {
	host, _, err := net.SplitHostPort(config.Listen)
	if err != nil || !isShared(config.Listen) {
		return ""
	}
	return net.JoinHostPort(host, "0")
}

// origins are the pages that may upload: the installation's own, by each of its names. An installation
// that other machines reach has names it cannot know: there, the signed address of a part alone says
// who may put it.
func origins(config run.Config) []string {
	if isShared(config.Listen) {
		return []string{"*"}
	}
	_, port, _ := net.SplitHostPort(config.Listen)
	list := []string{"http://" + config.Listen, "http://127.0.0.1:" + port, "http://localhost:" + port}
	if u, err := url.Parse(config.PublicURL); err == nil && config.PublicURL != "" {
		list = append(list, u.Scheme+"://"+u.Host)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// checkPublicS3 refuses an address of the object store that browsers would not put uploads to.
func checkPublicS3(config run.Config, public string) error {
	if u, err := url.Parse(public); public != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		return usageError{fmt.Errorf("S3_PUBLIC_ENDPOINT: %q is no URL such as https://files.stream.example", public)}
	}
	if strings.HasPrefix(config.PublicURL, "https://") && !strings.HasPrefix(public, "https://") {
		return usageError{errors.New("AFTERGLOW_PUBLIC_URL is an https address, so the browser would block uploads to the object store over http: " +
			"set S3_PUBLIC_ENDPOINT to the https address of the object store behind the proxy, for instance https://files.stream.example")}
	}
	return nil
}

// publicS3 is how browsers reach the object store that listens on the endpoint: as told, else by the
// host that they reach the pages by; empty for a browser on this machine.
func publicS3(config run.Config, public, endpoint, network string) string {
	host, _, err := net.SplitHostPort(config.Listen)
	if public != "" || err != nil || !isShared(config.Listen) {
		return public
	}
	_, port, err := net.SplitHostPort(endpoint)
	if err != nil {
		return ""
	}
	if isAnywhere(host) {
		host = network
	}
	if u, err := url.Parse(config.PublicURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	if host == "" {
		return ""
	}
	return "http://" + net.JoinHostPort(host, port)
}
