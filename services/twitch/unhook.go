package twitch

import (
	"context"
	"fmt"
)

// unhook ends the subscriptions to the webhook that were made before the platform was set to listen over a
// socket: otherwise everything would be told twice.
func (l *listener) unhook(ctx context.Context) error {
	var hooked bool
	if err := l.d.DB.QueryRow(ctx, "select signed is not null from vault.twitch_heard where owner = $1", l.Owner).Scan(&hooked); err != nil {
		return fmt.Errorf("subscriptions to the webhook: %w", err)
	}
	if !hooked {
		return nil
	}
	client := asApp(l.d, l.Owner)
	there, err := client.Subscriptions(ctx)
	if err != nil {
		return err
	}
	for _, sub := range there {
		for _, s := range subjects {
			if sub.Transport.Method == "webhook" && sub.Type == s.Type && sameCondition(sub.Condition, s.condition(l.Channel)) {
				if err := client.DeleteSubscription(ctx, sub.ID); err != nil {
					return err
				}
			}
		}
	}
	if _, err := l.d.DB.Exec(ctx, "update vault.twitch_heard set signed = null where owner = $1", l.Owner); err != nil {
		return fmt.Errorf("subscriptions to the webhook: %w", err)
	}
	return nil
}
