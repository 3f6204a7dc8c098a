-- SPDX-License-Identifier: GPL-3.0-or-later
-- An entry of a feed names the page that shows it, whatever kind it is; of free and busy times it holds the periods, of a series its dates.
ALTER TYPE hubd.feed_entry DROP ATTRIBUTE event, ADD ATTRIBUTE page text, ADD ATTRIBUTE busy text, ADD ATTRIBUTE series text;
