// Package api is how services answer questions and commands: typed endpoints over the micro
// protocol of NATS, so that `nats micro ls` shows them, and what browsers can subscribe to. It
// hides the wire; who calls is authenticated before, at the gateway.
package api

import (
	"context"
	"slices"
)

// Role is what an account or a token may do.
type Role string

// The roles, from most to least.
const (
	Owner     Role = "owner"
	Editor    Role = "editor"
	Moderator Role = "moderator"
	Developer Role = "developer"
	Viewer    Role = "viewer"
)

// Roles are the roles that may call an endpoint; nil is everybody, signed in or not.
type Roles []Role

// The groups of roles that endpoints are for.
var (
	Everybody  Roles
	Viewers    = Roles{Owner, Editor, Moderator, Developer, Viewer}
	Moderators = Roles{Owner, Editor, Moderator}
	Editors    = Roles{Owner, Editor}
	Developers = Roles{Owner, Editor, Developer}
	Owners     = Roles{Owner}
)

// AllRoles are the roles an account or a token can have.
func AllRoles() Roles { return Viewers }

// Has tells whether the role is one of them.
func (rs Roles) Has(role Role) bool { return slices.Contains(rs, role) }

// Caller is who calls an endpoint.
type Caller struct {
	// Account that calls; empty when nobody is signed in.
	Account string `json:"account,omitempty"`
	// Owner whose data it is about.
	Owner string `json:"owner,omitempty"`
	Role  Role   `json:"role,omitempty"`
	// Session is the hash of the session that the call came with, if it came with one.
	Session string `json:"session,omitempty"`
	// Token is the id of the API token that the call came with, if it came with one.
	Token string `json:"token,omitempty"`
	// Address is the network address of the caller.
	Address string `json:"address,omitempty"`
	// Host is the host name by which the caller reached the platform.
	Host string `json:"host,omitempty"`
	// Device is what the caller's browser or program says it is.
	Device string `json:"device,omitempty"`
	// Kept is the secret that an earlier Redirect left with the browser; only endpoints that answer a
	// Redirect are told.
	Kept string `json:"kept,omitempty"`
}

type contextKey int

const (
	callerKey contextKey = iota
	replyKey
)

// CallerOf is who calls the endpoint that the context belongs to.
func CallerOf(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey).(Caller)
	return caller
}

// OwnerOf is the owner whose data the call is about.
func OwnerOf(ctx context.Context) string { return CallerOf(ctx).Owner }
