package gateway

import (
	"context"
	"net"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// metrics are what Prometheus can ask for.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	sockets  prometheus.Gauge
	messages *prometheus.CounterVec
}

func newMetrics(health func(context.Context) Readiness) *metrics {
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
		m.requests, m.sockets, m.messages, healthCollector{health})
	return m
}

// healthCollector asks the services when Prometheus asks.
type healthCollector struct {
	health func(context.Context) Readiness
}

var (
	readyDesc = prometheus.NewDesc("afterglow_service_ready", "Whether the service answers and its projections go on.", []string{"service"}, nil)
	lagDesc   = prometheus.NewDesc("afterglow_projection_lag_events", "Events that are still to be folded.", []string{"service", "projection"}, nil)
)

func (healthCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- readyDesc
	ch <- lagDesc
}

func (h healthCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, service := range h.health(ctx).Services {
		ready := 0.0
		if service.Ready {
			ready = 1
		}
		ch <- prometheus.MustNewConstMetric(readyDesc, prometheus.GaugeValue, ready, service.Service)
		for _, p := range service.Projections {
			ch <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, float64(p.Lag), service.Service, p.Name)
		}
	}
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
