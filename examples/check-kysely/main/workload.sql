-- What production's log of one day has, summed up: one statement for each shape.
-- seconds: 86400

-- calls: 50000
-- total_ms: 4100
SELECT id, room_id, stay, price FROM bookings WHERE guest_id = 512;

-- calls: 8000
-- total_ms: 900
SELECT id, stay FROM bookings WHERE room_id = 17 ORDER BY made_at DESC LIMIT 10;

-- calls: 90000
-- total_ms: 2700
SELECT id, name FROM guests WHERE email = 'g512@example.com';
