package es

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// headerTrace is the W3C Trace Context of what appended the event.
const headerTrace = "traceparent"

var (
	tracer = otel.Tracer("github.com/afterglow-live/afterglow/pkg/es")
	w3c    = propagation.TraceContext{}
)

// Traced is the context of whatever follows from something with that traceparent, which may be
// empty.
func Traced(ctx context.Context, traceparent string) context.Context {
	if traceparent == "" {
		return ctx
	}
	return w3c.Extract(ctx, propagation.MapCarrier{headerTrace: traceparent})
}

// Traceparent is how what follows from the context names it; empty when nothing is traced.
func Traceparent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	w3c.Inject(ctx, carrier)
	return carrier[headerTrace]
}

// traceAppend begins the span of an append, and lets the event carry it.
func traceAppend(ctx context.Context, d *draft, name string) (context.Context, trace.Span) {
	ctx, span := tracer.Start(ctx, "append "+name, trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(attribute.String("event.id", d.id()), attribute.String("event.subject", d.msg.Subject)))
	setTrace(ctx, d.msg.Header)
	return ctx, span
}

func setTrace(ctx context.Context, header nats.Header) {
	if parent := Traceparent(ctx); parent != "" {
		header.Set(headerTrace, parent)
	}
}

// endSpan ends a span with its error, if any.
func endSpan(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
	span.End()
}

// traceFold tells that a batch of events was folded, to the trace of each that has one.
func traceFold(ctx context.Context, projection string, began time.Time, batch []Event) {
	if len(batch) > tracedBatch {
		return // it is catching up: nobody follows these any more
	}
	for _, e := range batch {
		if e.Trace == "" {
			continue
		}
		_, span := tracer.Start(Traced(ctx, e.Trace), "project "+projection, trace.WithTimestamp(began),
			trace.WithSpanKind(trace.SpanKindConsumer),
			trace.WithAttributes(attribute.String("event.id", e.ID), attribute.String("event.position", e.Position.String())))
		span.End()
	}
}

// tracedBatch is the largest batch of which each event is traced.
const tracedBatch = 100
