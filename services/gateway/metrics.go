package gateway

import (
	"net"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// metrics are what Prometheus can ask for.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	sockets  prometheus.Gauge
	messages *prometheus.CounterVec
}

func newMetrics(d *run.Deps, health *health) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "afterglow_http_request_seconds", Help: "How long HTTP requests took.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10},
		}, []string{"method", "route", "status"}),
		sockets: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "afterglow_websockets_open", Help: "Websockets that are open.",
		}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "afterglow_websocket_messages_total", Help: "Messages received from and sent to websockets.",
		}, []string{"direction"}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.sockets, m.messages, platform{d, health})
	return m
}

// queued tells how much waits for slow clients.
func (m *metrics) queued(of func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "afterglow_websocket_queued_messages", Help: "Messages that wait for slow websockets.",
	}, of))
}

// getMetrics answers programs on this machine, and whoever runs or develops on the platform.
func (s *server) getMetrics(c echo.Context) error {
	if !local(c) {
		caller, err := s.caller(c, false)
		if err != nil {
			return err
		}
		if !(api.Roles{api.Owner, api.Developer}).Has(caller.Role) {
			return fault.New(fault.Forbidden, "the role %s may not do this", caller.Role)
		}
	}
	promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(c.Response(), c.Request())
	return nil
}

// local tells whether a request comes from this machine, and not through a proxy on it.
func local(c echo.Context) bool {
	r := c.Request()
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}
