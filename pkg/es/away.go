package es

import (
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Away tells whether an error means that a part the platform runs on is not there at the moment:
// what failed may well succeed later.
func Away(err error) bool {
	var connect *pgconn.ConnectError
	var database *pgconn.PgError
	var network *net.OpError
	switch {
	case errors.As(err, &network) && network.Op == "listen": // what is here
		return false
	case errors.As(err, &connect), errors.As(err, &network), fault.Is(err, fault.Unavailable), unavailable(err):
		return true
	case errors.As(err, &database):
		// Connection exceptions, and the operator's interventions: a server that stops or starts.
		return strings.HasPrefix(database.Code, "08") || strings.HasPrefix(database.Code, "57P")
	}
	for _, sign := range []error{
		io.ErrUnexpectedEOF, syscall.EPIPE, syscall.ECONNRESET, syscall.ECONNREFUSED,
		nats.ErrTimeout, nats.ErrNoResponders, nats.ErrConnectionClosed, nats.ErrDisconnected,
		jetstream.ErrNoStreamResponse,
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	return false
}
