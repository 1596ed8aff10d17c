package gateway

import (
	"context"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// The subprotocols of a websocket: the second carries an API token, and is never selected.
const (
	protocol     = "afterglow.v1"
	bearerPrefix = "bearer."
)

// socket opens a websocket.
func (s *server) socket(c echo.Context) error {
	r := c.Request()
	if !websocket.IsWebSocketUpgrade(r) {
		return fault.New(fault.Invalid, "this is for websockets")
	}
	shown := s.credential(r)
	for _, offered := range websocket.Subprotocols(r) {
		if token, ok := strings.CutPrefix(offered, bearerPrefix); ok {
			shown = run.Credential{Token: token}
		}
	}
	given, err := query(r)
	if err != nil {
		return err
	}
	if token := given["token"]; token != "" {
		shown = run.Credential{Token: token}
	}
	if ticket := given["ticket"]; ticket != "" {
		shown = run.Credential{Ticket: ticket, Holder: es.NewID()}
	}
	// A browser always tells whose page opens a websocket; what tells nothing is a program.
	browser := r.Header.Get("Origin") != ""
	if browser && !s.sameOrigin(r) {
		return fault.New(fault.Forbidden, "this websocket is opened by a page of another site")
	}
	caller, err := s.authenticate(r.Context(), shown)
	// A page cannot see why a connection is refused, only why an open one ends.
	refused := browser && fault.Is(err, fault.Unauthenticated)
	if err != nil && !refused {
		return err
	}
	upgrader := websocket.Upgrader{
		HandshakeTimeout: writeWait, Subprotocols: []string{protocol},
		CheckOrigin: func(*http.Request) bool { return true }, // has been checked
		Error:       func(http.ResponseWriter, *http.Request, int, error) {},
	}
	conn, err := upgrader.Upgrade(c.Response(), r, nil)
	if err != nil {
		return fault.New(fault.Invalid, "this is no websocket: %s", err)
	}
	cl := newClient(context.WithoutCancel(r.Context()), conn, caller, shown)
	if refused {
		cl.close(closeUnauthenticated, "sign in first")
		s.converse(cl, func(*client, request) error { return nil })
		return nil
	}
	s.attend(cl)
	return nil
}
