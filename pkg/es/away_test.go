package es

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

func TestAway(t *testing.T) {
	t.Parallel()
	_, listening := net.Listen("tcp", "192.0.2.1:80") // an address of nobody
	for _, c := range []struct {
		err  error
		away bool
	}{
		{fmt.Errorf("asking: %w", syscall.EPIPE), true},
		{fmt.Errorf("asking: %w", &jetstream.APIError{Code: 503, ErrorCode: 10008}), true},
		{&jetstream.APIError{Code: 500, ErrorCode: notLeader}, true},
		{&jetstream.APIError{Code: 404, ErrorCode: jetstream.JSErrCodeStreamNotFound}, false},
		{jetstream.ErrNoStreamResponse, true},
		{context.DeadlineExceeded, false}, // of whoever asks
		{errors.New("this is wrong"), false},
		{listening, false},
		{nil, false},
	} {
		if Away(c.err) != c.away {
			t.Errorf("%v: away is %v", c.err, !c.away)
		}
	}
}

// A lost answer is asked for again, however long the caller would wait; without a deadline the caller is
// told, as of a part that is away. What is answered is the answer.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	patiently, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	for _, c := range []struct {
		ctx    context.Context
		second error
		asked  int
	}{{patiently, nil, 2}, {patiently, jetstream.ErrMsgNotFound, 2}, {t.Context(), context.DeadlineExceeded, 1}} {
		asked := 0
		_, err := ask(c.ctx, func(ctx context.Context) (int, error) {
			if asked++; asked == 1 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return 0, c.second
		})
		if asked != c.asked || !errors.Is(err, c.second) || Away(err) != (c.asked == 1) {
			t.Errorf("asked %d times, %v", asked, err)
		}
	}
}
