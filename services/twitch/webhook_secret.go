package twitch

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// sealedWebhook is what the webhook's secret is sealed for.
const sealedWebhook = "twitch webhook"

// webhookSecret is what Twitch signs its messages with: the one that is set, or one that is made when it is
// asked for first. It does not change while the process runs.
func (e *ears) webhookSecret(ctx context.Context, d *run.Deps) ([]byte, error) {
	e.mu.Lock()
	secret := e.secret
	e.mu.Unlock()
	if secret != nil {
		return secret, nil
	}
	secret, err := findSecret(ctx, d)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	e.secret = secret
	e.mu.Unlock()
	return secret, nil
}

func findSecret(ctx context.Context, d *run.Deps) ([]byte, error) {
	if set := d.Config.Twitch.EventSubSecret; set != "" {
		return []byte(set), nil
	}
	sealed, err := d.Seal(sealedWebhook, []byte(rand.Text()+rand.Text()))
	if err != nil {
		return nil, err
	}
	// Another process may make one at the same moment: the first one stays.
	if _, err := d.DB.Exec(ctx, "insert into vault.twitch_webhook (secret) values ($1) on conflict do nothing", sealed); err != nil {
		return nil, fmt.Errorf("secret of the webhook: %w", err)
	}
	if err := d.DB.QueryRow(ctx, "select secret from vault.twitch_webhook").Scan(&sealed); err != nil {
		return nil, fmt.Errorf("secret of the webhook: %w", err)
	}
	return d.Unseal(sealedWebhook, sealed)
}
