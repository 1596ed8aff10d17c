package gateway

import (
	"context"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// platform tells Prometheus how all services and logs are doing: what the services tell of themselves,
// wherever they run, and what the server says of the logs.
type platform struct {
	deps   *run.Deps
	health *health
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("afterglow_"+name, help, labels, nil)
}

var (
	readyDesc    = describe("service_ready", "Whether the service answers and its projections go on.", "service")
	lagDesc      = describe("projection_lag_events", "Events that are still to be folded.", "service", "projection")
	behindDesc   = describe("projection_behind_seconds", "Age of the oldest event that is still to be folded.", "service", "projection")
	parkedDesc   = describe("projection_parked_aggregates", "Aggregates that it goes on without, because an event could not be folded.", "service", "projection")
	foldedDesc   = describe("projection_folded_events_total", "Events folded since the process started.", "service", "projection", "copy")
	waitingDesc  = describe("reactor_waiting_events", "Events that the reactor has not begun.", "service", "reactor")
	workingDesc  = describe("reactor_working_events", "Events that the reactor works on, or will try again.", "service", "reactor")
	retryingDesc = describe("reactor_retrying_events", "Events among those that have failed before.", "service", "reactor")
	attemptsDesc = describe("reactor_attempts_total", "How often the reactor was given an event.", "service", "reactor")
	appendedDesc = describe("events_appended_total", "Events that a process has appended since it started.", "process")
	messagesDesc = describe("log_messages", "Messages that a log keeps; those of DEAD are what could not be handled.", "log")
	lastDesc     = describe("log_last_sequence", "Sequence of a log's newest message.", "log")
	bytesDesc    = describe("log_bytes", "Bytes that a log takes.", "log")
	diskDesc     = describe("disk_free_bytes", "Bytes that are free where this process works.")
)

// Describe tells that the metrics are known only when they are asked for.
func (platform) Describe(chan<- *prometheus.Desc) {}

// Collect asks.
func (p platform) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	counter := func(desc *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, value, labels...)
	}
	for _, s := range p.health.readiness(ctx).Services {
		ready := 0.0
		if s.Ready {
			ready = 1
		}
		gauge(readyDesc, ready, s.Service)
		for _, status := range s.Projections {
			gauge(lagDesc, float64(status.Lag), s.Service, status.Name)
			gauge(behindDesc, status.Behind, s.Service, status.Name)
			gauge(parkedDesc, float64(status.Parked), s.Service, status.Name)
		}
	}
	appended, reactors := map[string]uint64{}, map[string]bool{}
	for _, c := range p.health.running() {
		appended[c.Process] = max(appended[c.Process], c.Appended)
		for _, status := range c.Projections {
			counter(foldedDesc, float64(status.Folded), c.Service, status.Name, c.Copy)
		}
		for _, status := range c.Reactors { // the same from every copy
			if reactors[status.Name] {
				continue
			}
			reactors[status.Name] = true
			gauge(waitingDesc, float64(status.Waiting), c.Service, status.Name)
			gauge(workingDesc, float64(status.Working), c.Service, status.Name)
			gauge(retryingDesc, float64(status.Retrying), c.Service, status.Name)
			counter(attemptsDesc, float64(status.Attempts), c.Service, status.Name)
		}
	}
	for process, n := range appended {
		counter(appendedDesc, float64(n), process)
	}
	logs, err := p.deps.Logs.LogStatus(ctx)
	if err != nil {
		p.deps.Logger.Warn("logs are not measured", "err", err)
	}
	for _, log := range logs {
		gauge(messagesDesc, float64(log.Messages), log.Name)
		gauge(lastDesc, float64(log.Last), log.Name)
		gauge(bytesDesc, float64(log.Bytes), log.Name)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(p.deps.Work, &disk); err == nil {
		gauge(diskDesc, float64(disk.Bavail)*float64(disk.Bsize))
	}
}
