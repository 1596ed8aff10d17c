package gateway

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// openAPI describes the endpoints; it is generated from the same declarations.
//
//go:embed openapi.json
var openAPI []byte

// policyFor is what a page may load, and from where: video also from a CDN, if there is one. Uploads go
// straight to the object store, which may be on any host. images are the sites of the services' pictures.
func policyFor(config run.Config, images []string) string {
	cdn := ""
	if u, err := url.Parse(config.MediaURL); err == nil && u.Host != "" {
		cdn = " " + u.Scheme + "://" + u.Host
	}
	return "default-src 'self'; img-src " + strings.Join(append([]string{"'self'", "data:", "blob:"}, images...), " ") + "; style-src 'self' 'unsafe-inline'; media-src 'self' blob:" + cdn + "; " +
		"connect-src 'self' http: https: ws: wss:; worker-src 'self' blob:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
}

// headerLimit is how large the header of a request may be, in bytes.
const headerLimit = 32 << 10

const requestIDKey = "request id"

var tracer = otel.Tracer("github.com/afterglow-live/afterglow/services/gateway")

// handler routes requests.
func (s *server) handler() http.Handler {
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.HTTPErrorHandler = s.problem
	e.IPExtractor = echo.ExtractIPFromXFFHeader(echo.TrustLoopback(true), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false))
	e.Use(s.observe, recovered, s.prepare)
	get := func(path string, h echo.HandlerFunc) {
		e.GET(path, h)
		e.HEAD(path, h)
	}
	get("/healthz", getHealth)
	get("/readyz", s.getReady)
	get("/metrics", s.getMetrics)
	get("/api/openapi.json", func(c echo.Context) error { return c.JSONBlob(http.StatusOK, openAPI) })
	e.GET("/ws", s.socket)
	for _, service := range s.services {
		for _, endpoint := range service.Endpoints {
			path, h := echoPath(endpoint.Route), s.endpoint(service.Name, endpoint.Route)
			if endpoint.Method == http.MethodGet {
				get(path, h)
				if isFile(endpoint.Route) && endpoint.Roles == nil {
					e.OPTIONS(path, preflight)
				}
			} else {
				e.Add(endpoint.Method, path, h)
			}
			s.pages.reserve(endpoint.Path)
			s.hideTokens(endpoint.Route)
		}
	}
	get(anyPath, s.pages.serve)
	return e
}

// anyPath is the route of everything that no other route is for.
const anyPath = "/*"

// echoPath writes {name} as :name, and {name...} as *.
func echoPath(route api.Route) string {
	path := route.Path
	for _, name := range route.PathParams() {
		path = strings.NewReplacer("{"+name+"}", ":"+name, "{"+name+"...}", "*").Replace(path)
	}
	return path
}

var requestID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// prepare gives every request an id, and every response the headers that protect browsers.
func (s *server) prepare(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		id := r.Header.Get(echo.HeaderXRequestID)
		if !requestID.MatchString(id) {
			id = es.NewID()
		}
		c.Set(requestIDKey, id)
		h := c.Response().Header()
		h.Set(echo.HeaderXRequestID, id)
		h.Set("Content-Security-Policy", s.policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if headerSize(r) > headerLimit {
			return echo.NewHTTPError(http.StatusRequestHeaderFieldsTooLarge)
		}
		return next(c)
	}
}

// headerSize is how many bytes the request's target and its headers have.
func headerSize(r *http.Request) int {
	size := len(r.RequestURI)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + len(": \r\n")
		}
	}
	return size
}

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodPut, http.MethodOptions}

// hideTokens has everything left out of logged paths that follows the beginning of a route with a token, which
// opens something: also when it is no request that the route is for.
func (s *server) hideTokens(route api.Route) {
	if before, _, found := strings.Cut(route.Path, "{token}"); found {
		s.hidden = append(s.hidden, before)
	}
}

// loggedPath is the path of a request without what nobody else may know.
func (s *server) loggedPath(c echo.Context) string {
	path := c.Request().URL.Path
	for _, before := range s.hidden {
		if strings.HasPrefix(path, before) {
			return before + "…"
		}
	}
	return path
}

// observe counts, logs and traces requests. Query strings and headers may hold secrets: they are not
// logged.
func (s *server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		ctx, span := tracer.Start(es.Traced(c.Request().Context(), c.Request().Header.Get("traceparent")),
			c.Request().Method+" "+c.Path(), trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		c.SetRequest(c.Request().WithContext(ctx))
		if err := next(c); err != nil {
			c.Error(err)
		}
		span.SetAttributes(attribute.Int("http.response.status_code", c.Response().Status))
		took, req, status := time.Since(began), c.Request(), c.Response().Status
		route := c.Path()
		if route == "" {
			route = anyPath
		}
		if route != "/ws" { // how long a socket is open says nothing
			method := req.Method
			if !slices.Contains(methods, method) { // any word may come from outside
				method = "other"
			}
			s.metrics.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
		}
		s.Logger.Debug("request", "id", c.Get(requestIDKey), "method", req.Method, "path", s.loggedPath(c), "status", status, "took", took.String())
		return nil
	}
}

// recovered turns a panic into an error.
func recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			p := recover()
			if cause, ok := p.(error); ok && errors.Is(cause, http.ErrAbortHandler) {
				panic(p)
			}
			if p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return next(c)
	}
}
