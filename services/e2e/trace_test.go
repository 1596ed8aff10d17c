package e2e

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collected are the names of the spans of each trace, as an OpenTelemetry collector hears of them.
func collected(t *testing.T) (url string, spans <-chan map[string]string) {
	t.Helper()
	heard := make(chan map[string]string, 10_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			body = unpacked
		}
		data, err := io.ReadAll(body)
		if err != nil {
			t.Error(err)
		}
		var told collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(data, &told); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
		for _, resource := range told.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				for _, span := range scope.GetSpans() {
					heard <- map[string]string{"name": span.GetName(), "trace": string(span.GetTraceId())}
				}
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	return server.URL, heard
}

// TestTraces follows one request from the gateway through its event into the tables of others, and to a
// browser.
func TestTraces(t *testing.T) {
	t.Parallel()
	url, spans := collected(t)
	p := alone(t)
	p.env = append(p.env, "OTEL_EXPORTER_OTLP_ENDPOINT="+url, "OTEL_BSP_SCHEDULE_DELAY=100")
	p.up(t).waitReady(t)
	browser := p.browser(t)
	socket := browser.open(t)
	socket.subscribe("streams")
	socket.next("streams")
	browser.call(t, http.MethodPost, "/api/streams", map[string]string{"title": "traced"}, nil)
	traces := map[string]map[string]bool{}
	for {
		select {
		case span := <-spans:
			names := traces[span["trace"]]
			if names == nil {
				names = map[string]bool{}
				traces[span["trace"]] = names
			}
			names[span["name"]] = true
			if names["POST /api/streams"] && names["streams POST /api/streams"] && names["append stream.created"] &&
				names["project streams_library"] && names["project ledger_index"] && names["tell streams"] {
				return
			}
		case <-soon(t).Done():
			t.Fatalf("no whole trace among %v", traces)
		}
	}
}
