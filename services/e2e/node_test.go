package e2e

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
)

// natsPassword is that of both accounts of every nats-server.
const natsPassword = "secret"

// node is a nats-server as nats/server.conf has it in production, alone or one of a cluster.
type node struct {
	*process
	name, address string
	// monitor is where it tells how it is.
	monitor string
	args    []string
}

// cluster are nodes that keep logs together.
type cluster []*node

// startCluster starts so many nats-servers, and waits until each is ready to keep logs.
func startCluster(t testing.TB, dir string, size int) cluster {
	t.Helper()
	const production = "store_dir: /data"
	conf, err := os.ReadFile("../../nats/server.conf")
	check(t, err)
	if !strings.Contains(string(conf), production) {
		t.Fatalf("nats/server.conf has no line %s", production)
	}
	check(t, os.MkdirAll(dir, 0o700))
	var all cluster
	var routes []string
	for range size {
		routes = append(routes, "nats://"+freeAddress(t))
	}
	for i, route := range routes {
		name := "n" + string('1'+rune(i))
		n := &node{name: name, address: freeAddress(t), monitor: freeAddress(t)}
		host, port, _ := net.SplitHostPort(n.address)
		_, monitor, _ := net.SplitHostPort(n.monitor)
		file := filepath.Join(dir, name+".conf")
		stored := strings.Replace(string(conf), production, "store_dir: "+filepath.Join(dir, name), 1)
		check(t, os.WriteFile(file, []byte(stored), 0o600))
		n.args = []string{"--config", file, "--server_name", name, "--addr", host, "--port", port, "--http_port", monitor}
		if size > 1 {
			n.args = append(n.args, "--cluster_name", "e2e", "--cluster", route, "--routes", strings.Join(routes, ","))
		}
		n.start(t)
		all = append(all, n)
	}
	for _, n := range all {
		n.waitHealthy(t)
	}
	return all
}

func (n *node) start(t testing.TB) {
	t.Helper()
	n.process = launch(t, "nats-server "+n.name, environment("NATS_PASSWORD="+natsPassword, "NATS_SYS_PASSWORD="+natsPassword), natsServer, n.args...)
}

// waitHealthy waits until the node has recovered, and knows who leads the cluster.
func (n *node) waitHealthy(t testing.TB) {
	t.Helper()
	n.waitReady(t)
	c := client{url: "http://" + n.monitor}
	poll(t, n.name+" is not healthy", func() bool {
		res, err := c.try(soon(t), http.MethodGet, "/healthz", nil, nil)
		return err == nil && res.status == http.StatusOK
	})
}

// url is where clients connect.
func (c cluster) url() string {
	var all []string
	for _, n := range c {
		u := url.URL{Scheme: "nats", User: url.UserPassword("afterglow", natsPassword), Host: n.address}
		all = append(all, u.String())
	}
	return strings.Join(all, ",")
}

// connect speaks to the logs directly, past everything that the platform takes care of.
func (c cluster) connect(t testing.TB) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(c.url(), nats.MaxReconnects(-1))
	check(t, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	check(t, err)
	return js
}

// answerWait is how long a cluster is given to answer: asked while nobody leads it, it never does.
const answerWait = 2 * time.Second

// logList is what the cluster says of its logs and of the live documents; nil unless it tells of all of them.
func logList(t testing.TB, js jetstream.JetStream) []*jetstream.StreamInfo {
	t.Helper()
	ctx, cancel := context.WithTimeout(soon(t), answerWait)
	defer cancel()
	var all []*jetstream.StreamInfo
	list := js.ListStreams(ctx)
	for info := range list.Info() {
		if info.Cluster == nil {
			return nil
		}
		all = append(all, info)
	}
	if list.Err() != nil || len(all) != len(events.Logs())+1 {
		return nil
	}
	return all
}

// leader is the node that leads the log.
func (c cluster) leader(t testing.TB, log string) *node {
	t.Helper()
	js := c.connect(t)
	var leader string
	poll(t, "the log "+log+" has no leader", func() bool {
		for _, info := range logList(t, js) {
			if info.Config.Name == log {
				leader = info.Cluster.Leader
			}
		}
		return leader != ""
	})
	for _, n := range c {
		if n.name == leader {
			return n
		}
	}
	t.Fatalf("%q leads the log %s", leader, log)
	return nil
}

// waitCurrent waits until every node has the whole of every log.
func (c cluster) waitCurrent(t testing.TB) {
	t.Helper()
	c.waitLogs(t, "the nodes do not have the whole of every log", func(info *jetstream.ClusterInfo) bool {
		behind := func(replica *jetstream.PeerInfo) bool { return !replica.Current || replica.Offline || replica.Lag > 0 }
		return info.Leader != "" && len(info.Replicas) == len(c)-1 && !slices.ContainsFunc(info.Replicas, behind)
	})
}

// waitLed waits until another node than the lost one leads each log.
func (c cluster) waitLed(t testing.TB, lost *node) {
	t.Helper()
	c.waitLogs(t, "the other nodes do not lead every log", func(info *jetstream.ClusterInfo) bool {
		return info.Leader != "" && info.Leader != lost.name
	})
}

// waitLogs waits until the condition holds for each log.
func (c cluster) waitLogs(t testing.TB, otherwise string, holds func(*jetstream.ClusterInfo) bool) {
	t.Helper()
	js := c.connect(t)
	poll(t, otherwise, func() bool {
		list := logList(t, js)
		return len(list) > 0 && !slices.ContainsFunc(list, func(info *jetstream.StreamInfo) bool { return !holds(info.Cluster) })
	})
}

// loseLeader kills the node that leads the facts, and waits until the platform goes on without it, for
// somebody who is signed in. Afterwards the node comes back and has to catch up, with nothing lost.
func (p *platform) loseLeader(t testing.TB, browser *client) (comeBack func()) {
	t.Helper()
	before := p.facts(t)
	lost := p.logs.leader(t, "FACTS")
	lost.kill()
	p.logs.waitLed(t, lost)
	p.ready(t)
	browser.caughtUp(t, before[len(before)-1])
	return func() {
		lost.start(t)
		lost.waitHealthy(t)
		p.logs.waitCurrent(t)
		after := p.facts(t)
		if len(after) < len(before) || !slices.EqualFunc(before, after[:len(before)], fact.same) {
			t.Errorf("before a node was lost: %v\nafterwards: %v", before, after)
		}
	}
}
