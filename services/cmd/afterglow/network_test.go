package main

import (
	"net"
	"slices"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/run"
)

func TestNetwork(t *testing.T) {
	t.Parallel()
	const lan = "192.168.1.7"
	for _, c := range []struct {
		listen, publicURL, told string
		s3Listen                string
		origins                 []string
		publicS3, networkURL    string
	}{
		{listen: "127.0.0.1:8090", origins: []string{"http://127.0.0.1:8090", "http://localhost:8090"}},
		{listen: "localhost:8090", origins: []string{"http://127.0.0.1:8090", "http://localhost:8090"}},
		{listen: "[::1]:8090", origins: []string{"http://127.0.0.1:8090", "http://[::1]:8090", "http://localhost:8090"}},
		{
			listen: "0.0.0.0:8090", s3Listen: "0.0.0.0:0", origins: []string{"*"},
			publicS3: "http://192.168.1.7:20001", networkURL: "http://192.168.1.7:8090",
		},
		{
			listen: ":8090", s3Listen: ":0", origins: []string{"*"},
			publicS3: "http://192.168.1.7:20001", networkURL: "http://192.168.1.7:8090",
		},
		{
			listen: "[::]:8090", s3Listen: "[::]:0", origins: []string{"*"},
			publicS3: "http://192.168.1.7:20001", networkURL: "http://192.168.1.7:8090",
		},
		{listen: "10.1.2.3:8090", s3Listen: "10.1.2.3:0", origins: []string{"*"}, publicS3: "http://10.1.2.3:20001"},
		{
			listen: "0.0.0.0:8090", publicURL: "http://studio.example:8090", s3Listen: "0.0.0.0:0", origins: []string{"*"},
			publicS3: "http://studio.example:20001",
		},
		{
			listen: "0.0.0.0:8090", publicURL: "https://stream.example", told: "https://files.stream.example",
			s3Listen: "0.0.0.0:0", origins: []string{"*"}, publicS3: "https://files.stream.example",
		},
		{
			listen: "127.0.0.1:8090", publicURL: "https://stream.example/live", told: "https://files.stream.example",
			origins:  []string{"http://127.0.0.1:8090", "http://localhost:8090", "https://stream.example"},
			publicS3: "https://files.stream.example",
		},
	} {
		config := run.Config{Listen: c.listen, PublicURL: c.publicURL}
		if got := s3Listen(config); got != c.s3Listen {
			t.Errorf("%s: the object store listens on %q, want %q", c.listen, got, c.s3Listen)
		}
		if got := origins(config); !slices.Equal(got, c.origins) {
			t.Errorf("%s: origins are %q, want %q", c.listen, got, c.origins)
		}
		if got := publicS3(config, c.told, "127.0.0.1:20001", lan); got != c.publicS3 {
			t.Errorf("%s: browsers reach the object store at %q, want %q", c.listen, got, c.publicS3)
		}
		if got := networkURL(config, lan); got != c.networkURL {
			t.Errorf("%s: on the network it is %q, want %q", c.listen, got, c.networkURL)
		}
		if err := checkPublicS3(config, c.told); err != nil {
			t.Errorf("%s: %v", c.listen, err)
		}
	}
}

func TestMachineWithoutNetwork(t *testing.T) {
	t.Parallel()
	config := run.Config{Listen: "0.0.0.0:8090"}
	if s3, pages := publicS3(config, "", "127.0.0.1:20001", ""), networkURL(config, ""); s3 != "" || pages != "" {
		t.Errorf("without a network: %q, %q", s3, pages)
	}
	if host := networkHost(); host != "" && (net.ParseIP(host).To4() == nil || net.ParseIP(host).IsLoopback()) {
		t.Errorf("the host on the network is %q", host)
	}
}
