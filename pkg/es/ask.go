package es

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// patient is a stream that is asked again when no answer comes, until the deadline of the call's context;
// without one it is asked once. The answer is lost, however long one waits for it, when the stream's leader
// has gone meanwhile.
type patient struct{ jetstream.Stream }

func (p patient) Info(ctx context.Context, opts ...jetstream.StreamInfoOpt) (*jetstream.StreamInfo, error) {
	return ask(ctx, func(ctx context.Context) (*jetstream.StreamInfo, error) { return p.Stream.Info(ctx, opts...) })
}

func (p patient) GetMsg(ctx context.Context, seq uint64, opts ...jetstream.GetMsgOpt) (*jetstream.RawStreamMsg, error) {
	return ask(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) { return p.Stream.GetMsg(ctx, seq, opts...) })
}

func (p patient) GetLastMsgForSubject(ctx context.Context, subject string) (*jetstream.RawStreamMsg, error) {
	return ask(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return p.Stream.GetLastMsgForSubject(ctx, subject)
	})
}

func (p patient) Purge(ctx context.Context, opts ...jetstream.StreamPurgeOpt) error {
	_, err := ask(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, p.Stream.Purge(ctx, opts...) })
	return err
}

func (p patient) SecureDeleteMsg(ctx context.Context, seq uint64) error {
	_, err := ask(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, p.Stream.SecureDeleteMsg(ctx, seq) })
	return err
}

// ask asks until the answer is settled.
func ask[T any](ctx context.Context, question func(context.Context) (T, error)) (T, error) {
	_, limited := ctx.Deadline()
	for {
		waiting, cancel := context.WithTimeout(ctx, answerWait)
		answer, err := question(waiting)
		cancel()
		if !limited || ctx.Err() != nil || !unsettled(err) {
			return answer, unanswered(ctx, err)
		}
		pause(ctx, askAgain)
	}
}

// unanswered names an answer that did not come in time, although the caller would have waited on: with its
// own deadline the caller has nothing to do with it.
func unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", nats.ErrTimeout, err)
}
