package run

import (
	"context"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
)

// Credential is what somebody shows to prove who they are: one of the three.
type Credential struct {
	// Session is the secret of a session.
	Session string `json:"session,omitempty"`
	// Token is an API token.
	Token string `json:"token,omitempty"`
	// Ticket opens one websocket, that of its first Holder.
	Ticket string `json:"ticket,omitempty"`
	Holder string `json:"holder,omitempty"`
}

// AuthenticateRoute asks the service that has Authenticate who shows a credential. The response is
// an api.Caller; a credential that is not valid is fault.Unauthenticated.
var AuthenticateRoute = authenticate(Service{}).Route

// authenticate is an endpoint that no HTTP request reaches: it is not among Service.Endpoints.
func authenticate(s Service) Endpoint {
	return api.Post("/authenticate", "who shows a credential", api.Everybody,
		func(ctx context.Context, d *Deps, c Credential) (api.Caller, error) { return s.Authenticate(ctx, d, c) }).
		Within(5 * time.Second)
}
