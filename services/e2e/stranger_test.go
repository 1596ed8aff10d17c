package e2e

import (
	"context"
	"crypto/sha256"
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"
)

// stranger is a program with a token of another account. There is no way yet to make a second
// account from outside.
func (p *platform) stranger(t testing.TB) *client {
	t.Helper()
	const id, token = "stranger", "agl_stranger"
	hash := sha256.Sum256([]byte(token))
	ctx := soon(t)
	conn, err := pgx.Connect(ctx, p.database)
	check(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, `insert into vault.accounts (id, owner, email, password_hash, role, created_at)
		values ($1, $1, 'stranger@example.org', '', 'owner', now())`, id)
	check(t, err)
	_, err = conn.Exec(ctx, `insert into vault.tokens (id, hash, owner, account, name, role, created_at)
		values ($1, $2, $1, $1, 'token', 'owner', now())`, id, hash[:])
	check(t, err)
	c := p.program(token)
	var me struct{ ID string }
	c.call(t, http.MethodGet, "/api/me", nil, &me)
	if me.ID != id {
		t.Fatalf("the stranger is %q", me.ID)
	}
	return c
}
